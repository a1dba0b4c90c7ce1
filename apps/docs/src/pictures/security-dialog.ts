import { transactionDiagram } from "@sallyport/ras-security";

/** The states of a security dialog, from the table that the host runs on. */
export function securityDialogMarkdown(): string {
  return `\`\`\`mermaid\n${transactionDiagram()}\`\`\`\n`;
}
