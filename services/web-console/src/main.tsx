import "./styles/mantine.css";
import "uplot/dist/uPlot.min.css";
import "./styles/tokens.css";
import "./styles/global.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueryClient } from "./api/client";
import { session } from "./auth/session";
import { router } from "./router";

const queryClient = createQueryClient();
// What one key may see is not shown to the next.
session.subscribe(() => {
  if (!session.get()) queryClient.clear();
});

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      {/* Variables and classes come from static style sheets: nothing is injected at run time. */}
      <MantineProvider defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
        <QueryClientProvider client={queryClient}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
