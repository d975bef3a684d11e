const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The bytes of a Base64 text, each as one character, or undefined when it is not Base64 with its padding. */
export function readBinary(text: string): string | undefined {
  if (text.length % 4 !== 0) return undefined;
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  let bytes = '';
  let held = 0;
  let bits = 0;
  for (let at = 0; at < text.length - padding; at += 1) {
    const sextet = ALPHABET.indexOf(text[at] ?? '');
    if (sextet < 0) return undefined;
    held = ((held << 6) | sextet) & 0xffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += String.fromCharCode((held >> bits) & 0xff);
  }
  return bytes;
}
