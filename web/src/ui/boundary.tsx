import { Component, type ComponentChildren } from "preact";
import { reach } from "../api/reach";
import { Refusal } from "../api/refusal";
import { Problem } from "./problem";

/** In the place of a page that could not be shown, because its script did not come or has a mistake: loading it again mends the first,
 * also where the marketplace has been renewed meanwhile and the old script is gone. */
export class Boundary extends Component<{ children: ComponentChildren; page: string }, { failed: string }> {
  override state = { failed: "" };

  override componentDidCatch() {
    // Until another page is gone to.
    this.setState({ failed: this.props.page });
  }

  override render() {
    if (this.state.failed !== this.props.page) return this.props.children;
    // Loaded again where nothing answers, there would be nothing at all.
    const again = () => void reach().then((is) => is && location.reload());
    return <Problem level={1} problem={new Refusal("PAGE_NOT_LOADED")} retry={again} />;
  }
}
