import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { createQueryClient } from "./api/client";
import { session } from "./auth/session";
import { router } from "./router";

const queryClient = createQueryClient();
// What one key may see is not shown to the next.
session.subscribe(() => {
  if (!session.get()) queryClient.clear();
});

/** The whole console. */
export function App() {
  return (
    // Variables and classes come from static style sheets: nothing is injected at run time.
    <MantineProvider defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  );
}
