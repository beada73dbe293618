import { Button, PasswordInput } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { api } from "../../api/client";
import { ApiError, toApiError } from "../../api/problem";
import { session } from "../../auth/session";
import { Logo } from "../../ui/logo";
import classes from "./login.module.css";

/** Signs in with the key, or throws why not. */
async function check(key: string): Promise<void> {
  const { data } = await api.GET("/v1/whoami", { headers: { authorization: `Bearer ${key}` } });
  if (data?.role === "ingest") {
    throw new ApiError(
      403,
      "role_ingest",
      "This key may only send data. The console needs the role viewer or above.",
    );
  }
  if (data) session.signIn({ key, name: data.name, role: data.role });
}

function explain(problem: ApiError): string {
  if (problem.status === 401) return "This key was not accepted. It may be mistyped, or it was revoked.";
  if (problem.unreachable) return "The platform cannot be reached. Check that it runs, then try again.";
  return problem.message;
}

/** A key travels in a header, which takes visible ASCII only. */
const HEADER_SAFE = /^[\x21-\x7e]+$/;

/** Sign in with an API key. */
export function LoginPage() {
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/login" });
  const [key, setKey] = useState("");
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const expired = session.endedBy() === "expired";

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const given = key.trim();
    if (!HEADER_SAFE.test(given)) {
      setFailure(given === "" ? "Enter an API key." : "An API key has no spaces or special characters.");
      return;
    }
    setBusy(true);
    setFailure(null);
    try {
      await check(given);
      await navigate({ href: next ?? "/", replace: true });
    } catch (error) {
      setFailure(explain(toApiError(error)));
    } finally {
      setBusy(false);
    }
  };

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={(event) => void submit(event)} noValidate>
        <Logo size={34} />
        <div>
          <h1>Sign in</h1>
          <p className={classes.lead}>Use an API key of this platform.</p>
        </div>
        {expired && !failure ? (
          <p className={classes.notice} role="status">
            Your key is no longer accepted. Sign in again.
          </p>
        ) : null}
        <PasswordInput
          label="API key"
          placeholder="sens_…"
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          error={failure}
          autoComplete="current-password"
          spellCheck={false}
          data-autofocus
          autoFocus
        />
        <Button type="submit" loading={busy} fullWidth>
          Sign in
        </Button>
        <p className={classes.help}>
          No key yet? An operator makes one with
          <br />
          <code>sensctl keys create --name you --role viewer</code>
        </p>
      </form>
      <p className={classes.foot}>The key stays in this browser tab and is forgotten when you close it.</p>
    </main>
  );
}
