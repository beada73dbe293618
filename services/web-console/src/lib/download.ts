import { problemOf } from "../api/problem";
import { session } from "../auth/session";

/** Hands a file to the browser. */
export function saveFile(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** The name that `Content-Disposition` gives a file, without what a name of a file cannot have. */
export function namedFile(disposition: string | null): string | null {
  const [, quoted, plain] = /;\s*filename=(?:"([^"]*)"|([^";\s]+))/i.exec(disposition ?? "") ?? [];
  const name = (quoted ?? plain ?? "").replaceAll(/[/\\:]/g, "-");
  return name === "" ? null : name;
}

/**
 * Fetches what a path gives in a format and hands it to the browser, under a name or else the one that the answer gives it;
 * tells how many bytes came so far.
 */
export async function download(
  path: string,
  accept: string,
  as: string | null,
  onBytes: (bytes: number) => void = () => undefined,
): Promise<void> {
  const response = await fetch(path, {
    headers: { accept, authorization: `Bearer ${session.get()?.key ?? ""}` },
  });
  if (!response.ok) throw await problemOf(response);
  const name = as ?? namedFile(response.headers.get("content-disposition")) ?? "download";
  const type = response.headers.get("content-type") ?? accept;
  if (!response.body) return saveFile(await response.blob(), name);
  let bytes = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        onBytes(bytes);
        controller.enqueue(chunk);
      },
    }),
  );
  // The browser keeps large blobs on disk; a broken answer ends here with an error, not with half a file.
  saveFile(await new Response(counted, { headers: { "content-type": type } }).blob(), name);
}

/** The date and time for the name of a file. */
export function fileStamp(at: number): string {
  return new Date(at).toISOString().slice(0, 16).replaceAll(":", "");
}
