# The image of the web server, the worker and all other commands: docker build -t novacart .
# The final stage has Python, the locked packages, NovaCart and PostgreSQL; no compiler, pip, tests or secrets.

FROM python:3.13-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/novacart
# For OpenTelemetry: docker build --build-arg REQUIREMENTS=otel
ARG REQUIREMENTS=runtime
COPY requirements/runtime.txt requirements/otel.txt requirements/
RUN /opt/novacart/bin/python -m pip install --quiet --no-deps --require-hashes --requirement requirements/${REQUIREMENTS}.txt
# Node, which builds the storefront, and is not in the final stage.
COPY requirements/storefront.txt requirements/
RUN python -m venv /opt/node
RUN /opt/node/bin/python -m pip install --quiet --no-deps --require-hashes --requirement requirements/storefront.txt
COPY scripts/build_storefront.py scripts/
COPY storefront storefront
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY src src
RUN /opt/node/bin/python scripts/build_storefront.py
RUN /opt/novacart/bin/python -m pip install --quiet --no-index --no-deps --no-build-isolation .
# Needed for the build only.
RUN /opt/novacart/bin/python -m pip uninstall --quiet --yes editables hatchling pathspec pluggy tomlkit trove-classifiers pip

FROM python:3.13-slim-trixie
# PostgreSQL 17 for `novacart backup` and `restore`: its client, and the server for scratch copies, without a database.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-common \
    && sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
    && apt-get install --yes --no-install-recommends postgresql-17 \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 10001 novacart
RUN useradd --uid 10001 --gid novacart --no-create-home --home-dir /var/lib/novacart --shell /usr/sbin/nologin novacart
# /etc/novacart may hold a .env file, /var/lib/novacart holds local files,
# /var/backups/novacart holds backups: mount volumes there.
RUN install --directory --owner=novacart --group=novacart --mode=0700 /var/lib/novacart
RUN install --directory --owner=novacart --group=novacart --mode=0755 /etc/novacart
RUN install --directory --owner=novacart --group=novacart --mode=0700 /var/backups/novacart
COPY --from=build /opt/novacart /opt/novacart
ENV PATH=/opt/novacart/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8000 VAR_DIR=/var/lib/novacart BACKUP_DIR=/var/backups/novacart
USER 10001:10001
WORKDIR /etc/novacart
EXPOSE 8000
# The root file system may be read-only; request bodies need a writable /tmp.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s \
    CMD ["python", "-m", "novacart.entrypoints.health"]
CMD ["novacart", "serve"]
