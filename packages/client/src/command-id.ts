/** A fresh command id: 96 random bits. (`crypto.randomUUID` is missing on pages without TLS.) */
export function newCommandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
