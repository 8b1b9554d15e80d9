import { Component, type ReactNode } from "react";

import { Button, Empty, ui } from "./ui";

import { texts } from "../texts";

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
        <Empty icon="close" title={texts.errors.notShownTitle} isPage>
          <p>{texts.errors.notShown}</p>
          <Button onClick={() => window.location.reload()}>{texts.errors.reload}</Button>
        </Empty>
      </div>
    );
  }
}
