import { expect, it } from "vitest";
import { curlCommand, exportRequest, fileName, measurementsPath, pinned } from "./export";

const SELECTION = {
  devices: ["AI-1", "a:b"],
  metrics: ["battery_charge", "height"],
  window: { from: Date.parse("2026-11-21T10:00:00Z"), to: Date.parse("2026-11-21T11:00:00Z") },
};

it("asks for what is shown, in one request", () => {
  expect(measurementsPath(SELECTION, "auto")).toBe(
    "/v1/measurements?device=AI-1&device=a%3Ab&metric=battery_charge&metric=height&from=2026-11-21T10%3A00%3A00.000Z&to=2026-11-21T11%3A00%3A00.000Z&resolution=auto",
  );
  expect(measurementsPath(SELECTION, "raw")).not.toContain("resolution");
});

it("asks for the same as a file in the background", () => {
  expect(exportRequest(SELECTION, "raw", "csv", "none")).toEqual({
    device: ["AI-1", "a:b"],
    metric: ["battery_charge", "height"],
    from: "2026-11-21T10:00:00.000Z",
    to: "2026-11-21T11:00:00.000Z",
    format: "csv",
  });
  expect(exportRequest(SELECTION, "auto", "arrow", "zstd")).toMatchObject({
    resolution: "auto",
    format: "arrow",
    compression: "zstd",
  });
});

it("never asks to pack a Parquet file, which is packed by itself", () => {
  expect(exportRequest(SELECTION, "raw", "parquet", "gzip")).not.toHaveProperty("compression");
});

it("writes a command without a key in it", () => {
  const command = curlCommand("https://sens.example", SELECTION, "raw", "parquet");
  expect(command.match(/^curl /gm)).toHaveLength(1);
  expect(command).toContain("Bearer $SENS_API_KEY");
  expect(command).toContain("Accept: application/vnd.apache.parquet");
  expect(command).toContain("-o 2-devices_2026-11-21T1000_2026-11-21T1100.parquet");
});

it("names the file, and pins what follows the present", () => {
  expect(fileName({ ...SELECTION, devices: ["a:b"] }, "csv")).toBe("a-b_2026-11-21T1000_2026-11-21T1100.csv");
  expect(pinned({ range: "1h" }, { from: 1.4, to: 2.6 })).toEqual({ from: 1, to: 3 });
});
