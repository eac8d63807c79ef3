import { api, type Schemas } from "../api/client";
import { mine } from "./mine";

// A file goes as it is.
const asIs = {
  headers: { "Content-Type": "application/octet-stream" },
  bodySerializer: (body: unknown) => body as BodyInit,
};

export type Picture = Schemas["Picture"];

export const sendPicture = (sellerId: string, file: Blob, altText: string): Promise<Picture> =>
  mine(() =>
    api.POST("/v1/sellers/{sellerId}/pictures", {
      params: { path: { sellerId }, query: { ...(altText && { altText }) } },
      ...asIs,
      body: file as unknown as string,
    }),
  );

export const sendImport = (sellerId: string, file: Blob, dryRun: boolean, key: string) =>
  mine(() =>
    api.POST("/v1/sellers/{sellerId}/imports", {
      params: { path: { sellerId }, query: { format: "CSV", dryRun }, header: { "Idempotency-Key": key } },
      ...asIs,
      body: file as unknown as string,
    }),
  );

/** Into the downloads of the browser. */
export function saveFile(name: string, text: string, type = "text/csv") {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
