import { gosquared } from '../../lib/gosquared.js';
import { currentUser } from '../../lib/session.js';

const headers = { 'Cache-Control': 'private, no-store' };

/** Signs the session's user, whatever the request asks for. */
export async function GET() {
  const user = await currentUser();
  if (!user) return new Response(null, { status: 401, headers });
  const signer = gosquared();
  if (!signer) return new Response(null, { status: 204, headers });
  return Response.json({ ...signer.identity(user.id), name: user.name }, { headers });
}
