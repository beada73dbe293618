import { NativeSelect, Textarea, TextInput } from "@mantine/core";
import type { CommandOrder } from "../../../data/commands";
import { DAY, HOUR, MINUTE, SECOND } from "../../../lib/time";

const LIFETIMES = [
  { value: String(MINUTE / SECOND), label: "a minute" },
  { value: String((10 * MINUTE) / SECOND), label: "10 minutes" },
  { value: String(HOUR / SECOND), label: "an hour" },
  { value: String(DAY / SECOND), label: "a day" },
  { value: String((7 * DAY) / SECOND), label: "7 days" },
];

/** A command as it is typed. */
export interface CommandDraft {
  name: string;
  payload: string;
  ttl: string;
}

export const EMPTY_COMMAND: CommandDraft = { name: "", payload: "", ttl: String(HOUR / SECOND) };

/** What a draft asks for, or null while its payload is no JSON. */
export function orderOf({ name, payload, ttl }: CommandDraft): CommandOrder | null {
  try {
    const parsed: unknown = payload.trim() === "" ? null : JSON.parse(payload);
    return { name: name.trim(), payload: parsed, ttl_seconds: Number(ttl) };
  } catch {
    return null;
  }
}

/** The fields of the form for a command. */
export function CommandFields({
  draft,
  onChange,
}: {
  draft: CommandDraft;
  onChange: (draft: CommandDraft) => void;
}) {
  return (
    <>
      <TextInput
        size="xs"
        label="Command"
        placeholder="identify"
        required
        maxLength={64}
        pattern="[A-Za-z0-9._:\-]+"
        title="1 to 64 of A-Z a-z 0-9 . _ : -"
        value={draft.name}
        onChange={(event) => onChange({ ...draft, name: event.currentTarget.value })}
      />
      <Textarea
        size="xs"
        label="With (JSON, may be empty)"
        placeholder='{"seconds": 5}'
        rows={1}
        resize="vertical"
        spellCheck={false}
        value={draft.payload}
        error={orderOf(draft) === null ? "This is no JSON yet." : null}
        onChange={(event) => onChange({ ...draft, payload: event.currentTarget.value })}
      />
      <NativeSelect
        size="xs"
        label="Not sent any more after"
        data={LIFETIMES}
        value={draft.ttl}
        onChange={(event) => onChange({ ...draft, ttl: event.currentTarget.value })}
      />
    </>
  );
}
