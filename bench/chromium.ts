// Runs one compiled workload in a cross-origin isolated page of Chromium and prints its line: tsx bench/chromium.ts WORKLOAD.
// Owns: that. The page and its server are those of the browser tests.
import { openPage } from '../test/support/browser.ts';

const { page, errors, close } = await openPage({ isolated: true });
try {
  page.on('console', (message) => console.log(message.text()));
  await page.evaluate((file) => import(file) as Promise<unknown>, `/bench/.build/${process.argv[2]}.mjs`);
  if (errors.length > 0) throw new Error(errors.join('\n'));
} finally {
  await close();
}
