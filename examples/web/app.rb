# A small Sinatra app that says who is logged in, signed, to GoSquared and Chameleon.

require "erubi"
require "json"
require "personsig"
require "securerandom"
require "sinatra"

# Read when the program starts, so that a missing secret shows at once and not on the first page.
GOSQUARED = Personsig::Signer.from_env("gosquared")
CHAMELEON = Personsig::Signer.from_env("chameleon")

USERS = {
  "ada" => { id: 123456, name: "Ada Lovelace" },
  # What somebody may have typed must arrive at the vendors as it is, and do nothing on the way.
  "obrien" => { id: '"><img src=x onerror=alert(1)>', name: "O'Brien</script><script>alert(1)</script>" }
}.freeze

set :bind, "127.0.0.1"
set :port, ENV.fetch("PORT", 8000)
set :sessions, httponly: true, same_site: :lax # with https also secure: true
set :protection, reaction: :deny # Sinatra's default runs another site's form, though without the session
set :session_secret, SecureRandom.hex(32) # a real app keeps its key: with this one a restart logs everybody out
set :absolute_redirects, false # else the address would be what the request says
set :erb, escape_html: true # Erubi: <%= escapes, <%== does not

before do
  @nonce = SecureRandom.base64(16)
  @user = USERS[session[:user]]
  headers(
    # 'strict-dynamic': what a script with the nonce loads may run, the vendors' scripts that is, and nothing else.
    "Content-Security-Policy" =>
      "default-src 'none'; script-src 'nonce-#{@nonce}' 'strict-dynamic'; style-src 'nonce-#{@nonce}'; " \
      "connect-src https://*.gosquared.com https://*.chameleon.io; " \
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control" => "private, no-store" # a page with a signature is for one user only
  )
end

helpers do
  def page(user, left: false)
    id, traits = user&.fetch(:id), user ? { name: user[:name] } : {}
    erb :page, locals: {
      user: user,
      left: left,
      gosquared: GOSQUARED.snippet(id, traits: traits, site_token: "GSN-000000-A", nonce: @nonce),
      chameleon: CHAMELEON.snippet(id, traits: traits, nonce: @nonce)
    }
  end
end

get "/" do
  page @user
end

post "/login" do
  session.clear
  session[:user] = params["user"] # a real app checks a password first
  redirect to("/"), 303
end

post "/logout" do
  session.clear # the cookie is the session: who has a copy is logged in with it; a real app can end sessions on its server
  page nil, left: true
end

# For scripts. It signs the session's user, whatever the request asks for.
get "/identity" do
  content_type :json
  halt 401, { error: "not logged in" }.to_json unless @user
  { gosquared: GOSQUARED.identity(@user[:id]), chameleon: CHAMELEON.identity(@user[:id]) }.to_json
end

__END__

@@ page
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with Sinatra</title>
<style nonce="<%= @nonce %>">
body { max-width: 34rem; margin: 4rem auto; padding: 0 1rem; font: 1.1rem/1.6 system-ui, sans-serif; color: #1d2733; background: #f2f5f7 }
main { padding: 1.5rem 2rem; background: #fff; border-radius: .75rem; box-shadow: 0 1px 6px #0002; overflow-wrap: anywhere }
button { font: inherit; padding: .4rem 1rem; border: 0; border-radius: .4rem; color: #fff; background: #2457a6; cursor: pointer }
dt, header { color: #67727e; font-size: .9rem } dd { margin: 0 0 .8rem } h1 { font-size: 1.4rem } p { margin: 1rem 0 }
</style>
<script nonce="<%= @nonce %>">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
<%== gosquared %>
<%== chameleon %>
<% if left %><script nonce="<%= @nonce %>">_gs("unidentify"); chmln.clear();</script><% end %>
</head>
<body>
<header>personsig with Sinatra</header>
<main>
<% if user %>
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd><%= user[:name] %></dd><dt>Id</dt><dd><%= user[:id] %></dd></dl>
<p>This page's source shows what the vendors are told; <a href="/identity">/identity</a> is the same for scripts.</p>
<form method="post" action="/logout"><button>Log out</button></form>
<% else %>
<h1><%= left ? "You are logged out" : "Welcome, visitor" %></h1>
<p>Nobody is logged in, so nothing is signed. Log in as</p>
<form method="post" action="/login"><button name="user" value="ada">Ada</button> <button name="user" value="obrien">O'Brien</button></form>
<% end %>
</main>
</body>
</html>
