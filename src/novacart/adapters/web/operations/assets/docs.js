// Draws the OpenAPI document as a page on which every route can be tried.
import { example, resolve } from "./schemas.js";

const METHODS = ["get", "post", "put", "patch", "delete"];
const ACCESS = { anyone: "anyone", user: "signed in", staff: "staff" };
const TOKEN = "novacart.access";
const SHOWN_HEADERS = ["location", "link", "etag", "x-total-count", "retry-after", "x-request-id",
  "idempotent-replayed", "content-type"];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function field(label, note, input) {
  const named = element("label", {}, label, " ");
  if (note) named.append(element("small", { textContent: note }));
  named.append(input);
  return named;
}

function parameterInput(parameter, specification) {
  const schema = resolve(parameter.schema ?? {}, specification);
  const choices = schema.enum ?? (schema.type === "boolean" ? ["true", "false"] : null);
  if (!choices) return element("input", { value: schema.default ?? "" });
  const select = element("select", {}, element("option", { value: "", textContent: "" }));
  for (const choice of choices) select.append(element("option", { value: choice, textContent: choice }));
  return select;
}

class Operation {
  constructor(method, path, described, specification) {
    Object.assign(this, { method, path, described, specification });
    this.parameters = (described.parameters ?? []).map((parameter) => ({
      parameter: resolve(parameter, specification),
      input: parameterInput(resolve(parameter, specification), specification),
    }));
    this.output = element("div", { role: "status" });
    [this.contentType, this.bodySchema] = this.bodyOf(described);
    this.element = this.draw();
  }

  bodyOf(described) {
    const [entry] = Object.entries(described.requestBody?.content ?? {});
    return entry ? [entry[0], resolve(entry[1].schema ?? {}, this.specification)] : [null, null];
  }

  get searchable() {
    const { summary = "", tags = [] } = this.described;
    return [this.method, this.path, summary, ...tags, this.access].join(" ").toLowerCase();
  }

  get access() {
    return ACCESS[this.described["x-access"]] ?? "";
  }

  draw() {
    const details = element("details", { className: "operation" },
      element("summary", {},
        element("span", { className: `method ${this.method}`, textContent: this.method.toUpperCase() }),
        element("code", { textContent: this.path }),
        element("span", { textContent: this.described.summary ?? "" }),
        element("span", { className: "access", textContent: this.access })));
    details.addEventListener("toggle", () => {
      if (details.open && details.childElementCount === 1) details.append(this.drawForm());
    });
    return details;
  }

  drawForm() {
    const form = element("form");
    if (this.described.description) form.append(element("p", { textContent: this.described.description }));
    for (const { parameter, input } of this.parameters) {
      input.required = Boolean(parameter.required);
      const note = [parameter.in, parameter.required ? "required" : "", parameter.description ?? ""];
      form.append(field(parameter.name, note.filter(Boolean).join(", "), input));
    }
    form.append(...this.drawBody());
    form.append(element("div", { className: "actions" }, element("button", { textContent: "Send" })));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    return element("div", {}, form, this.output, this.drawAnswers());
  }

  drawBody() {
    if (!this.contentType) return [];
    if (this.contentType === "multipart/form-data") {
      this.files = Object.keys(this.bodySchema.properties ?? {}).map((name) =>
        [name, element("input", { type: "file", required: true })]);
      return this.files.map(([name, input]) => field(name, "file", input));
    }
    const text = JSON.stringify(example(this.bodySchema, this.specification), null, 2);
    this.body = element("textarea", { rows: Math.min(16, text.split("\n").length + 1), value: text });
    return [field("Body", this.contentType, this.body)];
  }

  drawAnswers() {
    const list = element("dl");
    for (const [status, answer] of Object.entries(this.described.responses)) {
      const said = resolve(answer, this.specification).description ?? "";
      list.append(element("dt", { textContent: status }), element("dd", { textContent: said }));
    }
    return element("section", {}, element("h3", { textContent: "Answers" }), list);
  }

  request() {
    let path = this.path;
    const query = new URLSearchParams();
    const headers = {};
    for (const { parameter, input } of this.parameters) {
      if (input.value === "") continue;
      if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
      if (parameter.in === "header") headers[parameter.name] = input.value;
      if (parameter.in !== "query") continue;
      const many = resolve(parameter.schema ?? {}, this.specification).type === "array";
      for (const value of many ? input.value.split(",") : [input.value]) query.append(parameter.name, value.trim());
    }
    const token = sessionStorage.getItem(TOKEN);
    if (token && this.described["x-access"] !== "anyone") headers.Authorization = `Bearer ${token}`;
    const options = { method: this.method.toUpperCase(), headers };
    if (this.files) {
      options.body = new FormData();
      for (const [name, input] of this.files) options.body.append(name, input.files[0]);
    } else if (this.body && this.body.value.trim()) {
      options.body = this.body.value;
      headers["Content-Type"] = this.contentType;
    }
    return [path + (query.size ? `?${query}` : ""), options];
  }

  async send() {
    const [address, options] = this.request();
    const began = performance.now();
    this.output.replaceChildren(element("p", { className: "quiet", textContent: "Waiting…" }));
    try {
      const answer = await fetch(address, options);
      const text = await answer.text();
      const took = Math.round(performance.now() - began);
      const status = `${answer.status} ${answer.statusText} in ${took} ms`;
      const headers = SHOWN_HEADERS.filter((name) => answer.headers.has(name))
        .map((name) => `${name}: ${answer.headers.get(name)}`);
      this.output.replaceChildren(
        element("h3", { className: answer.ok ? "good" : "bad", textContent: status }),
        element("pre", { textContent: headers.join("\n") }),
        element("pre", { textContent: pretty(text) || "(no body)" }));
    } catch (error) {
      this.output.replaceChildren(element("p", { className: "bad", textContent: `Not sent: ${error.message}` }));
    }
  }
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function draw(specification) {
  document.getElementById("about").textContent = specification.info.description ?? "";
  const groups = new Map();
  for (const [path, described] of Object.entries(specification.paths)) {
    for (const method of METHODS.filter((name) => name in described)) {
      const operation = new Operation(method, path, described[method], specification);
      const tag = operation.described.tags?.[0] ?? "other";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push(operation);
    }
  }
  const said = new Map((specification.tags ?? []).map((tag) => [tag.name, tag.description]));
  const sections = [...groups].map(([tag, operations]) => ({
    operations,
    element: element("section", { className: "group" },
      element("h2", { textContent: tag[0].toUpperCase() + tag.slice(1) }),
      element("p", { className: "quiet", textContent: said.get(tag) ?? "" }),
      ...operations.map((operation) => operation.element)),
  }));
  document.getElementById("operations").replaceChildren(...sections.map((section) => section.element));
  document.getElementById("filter").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const section of sections) {
      for (const operation of section.operations) {
        operation.element.hidden = !words.every((word) => operation.searchable.includes(word));
      }
      section.element.hidden = section.operations.every((operation) => operation.element.hidden);
    }
  });
}

function showSignIn(sentence) {
  const token = sessionStorage.getItem(TOKEN);
  document.getElementById("sign-out").hidden = !token;
  document.getElementById("signed-in").textContent = sentence
    ?? (token ? "Signed in. Requests carry your token." : "Not signed in. Requests are sent without a token.");
}

document.getElementById("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await fetch("/api/token/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(Object.fromEntries(new FormData(event.target))),
  });
  const body = await answer.json();
  if (answer.ok) sessionStorage.setItem(TOKEN, body.access);
  showSignIn(answer.ok ? undefined : body.detail);
});

document.getElementById("sign-out").addEventListener("click", () => {
  sessionStorage.removeItem(TOKEN);
  showSignIn();
});

showSignIn();
draw(await (await fetch("/api/openapi.json")).json());
