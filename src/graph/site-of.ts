/** `map (job.ts:14)` */
export function siteOf(node: { readonly label: { readonly name: string; readonly site: unknown } }): string {
  return `${node.label.name} (${String(node.label.site)})`;
}
