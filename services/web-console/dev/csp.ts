/**
 * The content security policy the console is built for: no inline script, no inline style element, nothing
 * from another origin. Element styles are only ever set through the CSSOM, which this policy allows.
 */
export const STRICT_CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");
