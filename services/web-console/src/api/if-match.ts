/** The `If-Match` of a version; without one a change is made whatever stands there. */
export function ifMatch(version: number | null): string {
  return version === null ? "*" : `"${version}"`;
}
