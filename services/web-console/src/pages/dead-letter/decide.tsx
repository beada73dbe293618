import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { $api } from "../../api/client";
import { usePermissions } from "../../auth/roles";
import { Confirm } from "../../ui/confirm";

interface DecideProps {
  number: number;
  onDecided?: () => void;
}

/** Requeue or drop a dead letter; nothing for keys that may only look. */
export function Decide({ number, onDecided }: DecideProps) {
  const { operate } = usePermissions();
  const [asking, setAsking] = useState<"requeue" | "drop" | null>(null);
  const queries = useQueryClient();
  const decided = (): void => {
    setAsking(null);
    void queries.invalidateQueries({ queryKey: ["get", "/v1/dead-letters"] });
    void queries.invalidateQueries({ queryKey: ["get", "/v1/accounting"] });
    onDecided?.();
  };
  const requeue = $api.useMutation("post", "/v1/dead-letters/{number}/requeue", { onSuccess: decided });
  const drop = $api.useMutation("delete", "/v1/dead-letters/{number}", { onSuccess: decided });
  if (!operate) return null;
  const init = { params: { path: { number: String(number) } } };
  const close = (): void => {
    setAsking(null);
    requeue.reset();
    drop.reset();
  };
  return (
    <>
      <Button
        size="compact-xs"
        onClick={() => setAsking("requeue")}
        aria-label={`Requeue dead letter ${number}`}
      >
        Requeue
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => setAsking("drop")}
        aria-label={`Drop dead letter ${number}`}
      >
        Drop
      </Button>
      <Confirm
        title={`Requeue dead letter ${number}?`}
        action="Requeue"
        open={asking === "requeue"}
        busy={requeue.isPending}
        error={requeue.error}
        onClose={close}
        onConfirm={() => requeue.mutate(init)}
      >
        <p>
          It becomes a new message and is stored like any other. Do this once the reason of the refusal is
          gone; readings that are stored already count as duplicates.
        </p>
      </Confirm>
      <Confirm
        title={`Drop dead letter ${number}?`}
        action="Drop for good"
        danger
        open={asking === "drop"}
        busy={drop.isPending}
        error={drop.error}
        onClose={close}
        onConfirm={() => drop.mutate(init)}
      >
        <p>Its payload is gone for good. That it was dropped, and by whom, is kept.</p>
      </Confirm>
    </>
  );
}
