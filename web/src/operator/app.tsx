import { useSessionNews } from "../session/news";
import { Frame } from "./frame/frame";
import { Gate } from "./frame/gate";
import { Pages } from "./pages";

export function App() {
  useSessionNews();
  return (
    <Gate>
      <Frame>
        <Pages />
      </Frame>
    </Gate>
  );
}
