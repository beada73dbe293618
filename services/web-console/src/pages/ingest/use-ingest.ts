import { keepPreviousData } from "@tanstack/react-query";
import { $api } from "../../api/client";
import type { Query } from "../../api/types";
import type { IngestSearch } from "../../lib/search";
import { DAY, HOUR } from "../../lib/time";

export const ACCOUNTING_EVERY = 3_000;
export const ERRORS_EVERY = 5_000;
export const ERRORS_PAGE = 25;

/** The intervals of arrival the ledger can be seen over. */
export const SPANS = { hour: HOUR, day: DAY, all: null } as const;
export type Span = keyof typeof SPANS;

/** The ledger of an interval that ends now. Its beginning moves in steps, so that answers can be compared. */
export function useAccounting(span: Span) {
  const length = SPANS[span];
  const step = 10_000;
  const from =
    length === null ? null : new Date(Math.floor((Date.now() - length) / step) * step).toISOString();
  const init = from === null ? {} : { params: { query: { from } } };
  return $api.useQuery("get", "/v1/accounting", init, {
    refetchInterval: ACCOUNTING_EVERY,
    placeholderData: keepPreviousData,
  });
}

type ErrorsQuery = Query<"/v1/ingest-errors">;

export function useIngestErrors(filter: IngestSearch, cursor: string | null) {
  // Reasons are the API's to know: of one that there is not, it says so.
  const reason = filter.reason as ErrorsQuery["reason"] & string;
  const { serial } = filter;
  const query: ErrorsQuery = {
    ...(reason ? { reason } : {}),
    ...(serial ? { serial } : {}),
    limit: ERRORS_PAGE,
    ...(cursor === null ? {} : { cursor }),
  };
  return $api.useQuery(
    "get",
    "/v1/ingest-errors",
    { params: { query } },
    // Older pages do not change; only the newest is looked at again.
    { refetchInterval: cursor === null ? ERRORS_EVERY : false, placeholderData: keepPreviousData },
  );
}
