import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../api/client";

const BACKUPS_EVERY = 30_000;

/** The newest runs of backups, proofs and restores, and the last proven backup. */
export function useBackups(limit: number, cursor?: string) {
  const query = { limit, ...(cursor === undefined ? {} : { cursor }) };
  return $api.useQuery(
    "get",
    "/v1/system/backups",
    { params: { query } },
    { refetchInterval: BACKUPS_EVERY, placeholderData: keepPreviousData },
  );
}
