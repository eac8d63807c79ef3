import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";

type PersonalRecord = Schemas["PersonalRecord"];

/** Everything that is kept, page by page. */
export async function exportAll(password: string): Promise<PersonalRecord[]> {
  const records: PersonalRecord[] = [];
  let pageToken: string | undefined;
  do {
    const body = { ...(password && { password }), ...(pageToken && { pageToken }) };
    const page = await asMember(() => ask(api.POST("/v1/accounts/me:export", { body })));
    records.push(...page.records);
    pageToken = page.nextPageToken;
  } while (pageToken);
  return records;
}

/** Into the downloads of the browser. */
export function download(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
