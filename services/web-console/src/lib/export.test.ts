import { expect, it } from "vitest";
import { curlCommands, fileName, measurementsPath, nextLink, pinned, withoutHead } from "./export";

const SELECTION = {
  devices: ["AI-1", "a/b"],
  metrics: ["battery_charge", "height"],
  window: { from: Date.parse("2026-11-21T10:00:00Z"), to: Date.parse("2026-11-21T11:00:00Z") },
};

it("asks for what is shown", () => {
  expect(measurementsPath("a/b", SELECTION, 500)).toBe(
    "/v1/devices/a%2Fb/measurements?metric=battery_charge&metric=height&from=2026-11-21T10%3A00%3A00.000Z&to=2026-11-21T11%3A00%3A00.000Z&resolution=auto&limit=500",
  );
});

it("writes a command for each device, without a key in it", () => {
  const commands = curlCommands("https://sens.example", SELECTION);
  expect(commands.match(/^curl /gm)).toHaveLength(2);
  expect(commands).toContain("Bearer $SENS_API_KEY");
});

it("follows the link to the next page", () => {
  expect(nextLink('</v1/x?cursor=a>; rel="next"')).toBe("/v1/x?cursor=a");
  expect(nextLink('</v1/x>; rel="prev"')).toBeNull();
  expect(nextLink(null)).toBeNull();
});

it("joins files under one head", () => {
  expect(withoutHead("a,b\r\n1,2\r\n")).toBe("1,2\r\n");
  expect(withoutHead("a,b")).toBe("");
});

it("names the file, and pins what follows the present", () => {
  expect(fileName(SELECTION)).toBe("2-devices_2026-11-21T1000_2026-11-21T1100.csv");
  expect(pinned({ range: "1h" }, { from: 1.4, to: 2.6 })).toEqual({ from: 1, to: 3 });
});
