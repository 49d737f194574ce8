/** The body of an answer, as text. Throws where it has more bytes than that; no more of it is read then. */
export async function limitedText(response: Response, mostBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    const part = chunk as Uint8Array;
    bytes += part.length;
    if (bytes > mostBytes) throw new Error(`an answer of more than ${mostBytes} bytes`);
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString();
}
