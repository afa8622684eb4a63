import { currentUser } from '../lib/session.js';
import Identify from './identify.jsx';

export default async function Layout({ children }) {
  const user = await currentUser();
  return (
    <html lang="en">
      <body>
        {children}
        <Identify user={user?.id ?? null} />
      </body>
    </html>
  );
}
