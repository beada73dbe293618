import { useSession } from "./session";

/** Whether a role may change things: requeue, describe metrics, let go what is old. */
export function mayOperate(role: string | undefined): boolean {
  return role === "operator" || role === "admin";
}

/** What the present key may do; what it may not is not offered. */
export function usePermissions(): { operate: boolean; administer: boolean } {
  const role = useSession()?.role;
  return { operate: mayOperate(role), administer: role === "admin" };
}
