import { NextResponse } from 'next/server';

// Next gives the nonce that it finds in this header of the request to its own scripts.
export function middleware(request) {
  const nonce = Buffer.from(crypto.randomUUID()).toString('base64');
  const policy = `default-src 'self'; script-src 'nonce-${nonce}' 'strict-dynamic'; connect-src 'self' https://*.gosquared.com`;
  const headers = new Headers(request.headers);
  headers.set('Content-Security-Policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('Content-Security-Policy', policy);
  return response;
}
