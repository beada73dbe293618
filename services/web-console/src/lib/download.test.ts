import { afterEach, expect, it, vi } from "vitest";
import { answerWith } from "../../dev/test-platform";
import { download, namedFile } from "./download";

it.each([
  ['attachment; filename="readings-7.csv.gz"', "readings-7.csv.gz"],
  ["attachment; filename=readings-7.csv", "readings-7.csv"],
  ['attachment; FileName="../a\\b:c.csv"', "..-a-b-c.csv"],
  ['attachment; filename=""', null],
  ["inline", null],
  [null, null],
])("reads the name of a file from %s", (header, name) => {
  expect(namedFile(header)).toBe(name);
});

afterEach(() => vi.unstubAllGlobals());

it("fails with the words of the platform, and saves nothing", async () => {
  const saved = vi.spyOn(URL, "createObjectURL");
  answerWith({
    "/v1/exports/7/content": () => ({
      status: 410,
      body: { status: 410, code: "export_gone", detail: "the file of export 7 is kept no more" },
      type: "application/problem+json",
    }),
  });
  await expect(download("/v1/exports/7/content", "*/*", null)).rejects.toMatchObject({
    code: "export_gone",
    message: "the file of export 7 is kept no more",
  });
  expect(saved).not.toHaveBeenCalled();
});
