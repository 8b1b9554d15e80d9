import { Empty, ButtonLink, ui, useTitle } from "../components/ui";

export function NotFound() {
  useTitle("Page not found");
  return (
    <div className={ui.container}>
      <Empty icon="search" title="There is no such page" isPage>
        <p>The product may be gone, or the address has a mistake.</p>
        <ButtonLink to="/search">See all products</ButtonLink>
      </Empty>
    </div>
  );
}
