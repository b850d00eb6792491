// Files in a page.

/** Hands the file to the user as a download. */
export async function writeFile(path: string, data: Uint8Array | string): Promise<void> {
  const address = URL.createObjectURL(new Blob([data as BlobPart]));
  const link = Object.assign(document.createElement('a'), { href: address, download: path.split(/[/\\]/).at(-1) });
  link.click();
  // The download reads the address after this turn.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
