import { useState } from "preact/hooks";
import { useSecurityText } from "../../text/security";
import "./codes.css";

/** Recovery codes, which are shown once. */
export function Codes({ codes, done }: { codes: readonly string[]; done: () => void }) {
  const here = useSecurityText();
  const [copied, setCopied] = useState(false);
  return (
    <>
      <p class="quiet">{here.recoveryHint}</p>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <p class="said" role="status">
        {copied && here.copied}
      </p>
      <div class="dialog-acts">
        <button type="button" class="button button-main" onClick={done}>
          {here.kept}
        </button>
        <button
          type="button"
          class="button"
          onClick={() => void navigator.clipboard.writeText(codes.join("\n")).then(() => setCopied(true))}
        >
          {here.copy}
        </button>
      </div>
    </>
  );
}
