import { cleanup } from "@testing-library/react";
import { afterEach } from "vitest";

process.env.TZ = "UTC";

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
