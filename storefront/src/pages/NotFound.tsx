import { Empty, ButtonLink, ui, useTitle } from "../components/ui";
import { texts } from "../texts";

export function NotFound() {
  useTitle(texts.errors.notFoundTitle);
  return (
    <div className={ui.container}>
      <Empty icon="search" title={texts.errors.notFoundHeading} isPage>
        <p>{texts.errors.notFound}</p>
        <ButtonLink to="/search">{texts.common.seeAllProducts}</ButtonLink>
      </Empty>
    </div>
  );
}
