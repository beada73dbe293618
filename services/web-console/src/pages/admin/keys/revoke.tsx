import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../../api/client";
import type { ApiKey } from "../../../api/types";
import { Confirm } from "../../../ui/confirm";

/** Takes a key's right to come in away, for good. */
export function Revoke({ apiKey }: { apiKey: ApiKey }) {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const revoke = $api.useMutation("delete", "/v1/api-keys/{id}", {
    onSuccess: () => {
      setAsking(false);
      void queries.invalidateQueries({ queryKey: ["get", "/v1/api-keys"] });
    },
  });
  return (
    <>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => setAsking(true)}
        aria-label={`Revoke ${apiKey.name}`}
      >
        Revoke
      </Button>
      <Confirm
        title={`Revoke ${apiKey.name}?`}
        action="Revoke"
        danger
        open={asking}
        busy={revoke.isPending}
        error={revoke.error}
        onClose={() => setAsking(false)}
        onConfirm={() => revoke.mutate({ params: { path: { id: apiKey.id } } })}
      >
        <p>
          Whatever uses this key is refused within five seconds. It cannot be undone; the key stays listed.
        </p>
      </Confirm>
    </>
  );
}
