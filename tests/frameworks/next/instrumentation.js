// Next calls this when the server starts, and not for a build: a wrong secret shows then, and not on the first page.
export async function register() {
  // This very form: Next takes the import out where it builds for its edge runtime, which has no addons.
  if (process.env.NEXT_RUNTIME === 'nodejs') {
    const { gosquared } = await import('./lib/gosquared.js');
    gosquared();
  }
}
