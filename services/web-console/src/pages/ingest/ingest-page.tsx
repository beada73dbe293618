export function IngestPage() {
  return null;
}
