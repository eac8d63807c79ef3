import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import "./codes.css";

/** Recovery codes, which are shown once. */
export function Codes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const { said } = useWords("security");
  const [copied, setCopied] = useState(false);
  return (
    <>
      <p class="quiet">{said.recoveryHint}</p>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <p class="said" role="status">
        {copied && said.copied}
      </p>
      <div class="dialog-acts">
        <button type="button" class="button button-main" onClick={done}>
          {said.kept}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => void navigator.clipboard.writeText(codes.join("\n")).then(() => setCopied(true))}
        >
          {said.copy}
        </button>
      </div>
    </>
  );
}
