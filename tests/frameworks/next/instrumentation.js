// Next calls this when the server starts, and not for a build: a wrong secret shows then, and not on the first page.
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return;
  const { gosquared } = await import('./lib/gosquared.js');
  gosquared();
}
