import { cleanup, configure } from "@testing-library/react";
import { afterEach } from "vitest";

process.env.TZ = "UTC";
// A page is fetched when it is first opened, which may take a while on a busy machine.
configure({ asyncUtilTimeout: 20_000 });

afterEach(() => {
  cleanup();
  sessionStorage.clear();
  localStorage.clear();
});
