import { Component, type ReactNode } from "react";

import { Button, Empty, ui } from "./ui";

interface Props {
  /** Another path is another page, which is shown. */
  path: string;
  children: ReactNode;
}

/** Shows a page with a reload button instead of a blank one if rendering fails. */
export class ErrorBoundary extends Component<Props, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override componentDidUpdate({ path }: Props) {
    if (this.state.hasFailed && path !== this.props.path) this.setState({ hasFailed: false });
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <div className={ui.container}>
        <Empty icon="close" title="This page could not be shown" isPage>
          <p>The shop may have been updated since you opened it. Reload the page to continue.</p>
          <Button onClick={() => window.location.reload()}>Reload</Button>
        </Empty>
      </div>
    );
  }
}
