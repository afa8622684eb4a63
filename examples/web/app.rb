# A small Sinatra app that tells GoSquared and Chameleon who is logged in, signed, and shows what it tells them.

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
  # What somebody may have typed must reach the vendors unchanged, and do nothing on the way.
  "obrien" => { id: '"><img src=x onerror=alert(1)>', name: "O'Brien</script><script>alert(1)</script>" }
}.freeze

set :environment, :production # visitors see no stack traces
set :bind, "127.0.0.1"
set :port, ENV.fetch("PORT", 8000)
set :sessions, key: "session", httponly: true, same_site: :lax # with https also secure: true
set :session_secret, SecureRandom.hex(32) # keep yours in a secret: a new one at every start logs everybody out
# A browser says which site a form comes from. Other sites may neither log anybody in nor out. Sinatra's default runs another site's
# form, though without the session. Behind a proxy: let it set X-Forwarded-Proto, or every form is refused, and Host.
set :protection, reaction: :deny
set :absolute_redirects, false # else a redirect goes where the request's Host says
set :erb, escape_html: true # Erubi: <%= escapes, <%== does not

before do
  @nonce = SecureRandom.base64(16)
  @user = USERS[session[:user]]
  headers(
    # 'strict-dynamic': scripts that a script with the nonce loads may run, which here are the vendors' own. Nothing else may.
    "Content-Security-Policy" =>
      "default-src 'none'; script-src 'nonce-#{@nonce}' 'strict-dynamic'; style-src 'self'; " \
      "connect-src https://*.gosquared.com https://*.chameleon.io; " \
      "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "Cache-Control" => "private, no-store", # a page with a signature is for one user only
    "X-Content-Type-Options" => "nosniff"
  )
end

get "/" do
  now = Time.now.to_i
  # This cookie outlives the session. Whoever has it without a session has logged out, or the session has expired:
  # the vendors are told so, once.
  @left = !@user && request.cookies.key?("identified")

  id, traits = @user&.fetch(:id), @user ? { name: @user[:name] } : {}
  @snippets = {
    gosquared: GOSQUARED.snippet(id, traits: traits, site_token: "GSN-000000-A", nonce: @nonce, now: now),
    chameleon: CHAMELEON.snippet(id, traits: traits, nonce: @nonce, now: now)
  }
  @vendors = [
    panel("GoSquared", GOSQUARED, @snippets[:gosquared], now, @left ? '_gs("unidentify");' : nil),
    panel("Chameleon", CHAMELEON, @snippets[:chameleon], now, @left ? "chmln.clear();" : nil)
  ]
  if @user
    response.set_cookie "identified", value: "1", path: "/", max_age: 365 * 86_400, httponly: true, same_site: :lax
  elsif @left
    response.delete_cookie "identified", path: "/"
  end
  erb :page
end

# What the page shows of a vendor. Only the example needs it.
def panel(name, signer, snippet, now, farewell)
  calls = [*snippet.lines(chomp: true).grep(/\A(_gs\(|chmln\.)/), farewell].compact.join("\n")
  return { name: name, calls: calls } unless @user

  signature = signer.sign(@user[:id], now: now)
  signed_at = signer.verify(@user[:id], signature).signed_at # raises if it does not verify
  short = "#{signature[0, 8]}…#{signature[56..]}"
  {
    name: name,
    calls: calls.sub(signature, short),
    signature: short,
    made: Time.at(now).utc.strftime("%F %T UTC"),
    timed: !signed_at.nil?
  }
end

post "/login" do
  user = params["user"] # a real app checks a password first
  if USERS.key?(user)
    session.clear
    session[:user] = user
  end
  redirect "/", 303
end

post "/logout" do
  session.clear # the cookie is the session, and a copy of it still works; a real app can end sessions on its server
  redirect "/", 303
end

%w[/login /logout].each { |path| get(path) { redirect "/", 303 } }

# For scripts. It signs the session's user, whatever the request asks for.
get "/identity" do
  content_type :json
  halt 401, { error: "not logged in" }.to_json unless @user
  { gosquared: GOSQUARED.identity(@user[:id]), chameleon: CHAMELEON.identity(@user[:id]) }.to_json
end

get "/style.css" do
  send_file File.join(__dir__, "style.css")
end

__END__

@@ page
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>personsig with Sinatra</title>
<link rel="stylesheet" href="/style.css">
<script nonce="<%= @nonce %>">
// Stands for the lines of your own Chameleon install page, which hold your account's token: calls wait until its script is there.
chmln = {};
["identify", "clear"].forEach(function (name) {
  var calls = chmln[name + "_a"] = [];
  chmln[name] = function () { calls.push(arguments); };
});
document.head.appendChild(document.createElement("script")).src = "https://fast.chameleon.io/messo/ACCOUNT-TOKEN/messo.min.js";
</script>
<%== @snippets[:gosquared] %>
<%== @snippets[:chameleon] %>
<% if @left %><script nonce="<%= @nonce %>">_gs("unidentify"); chmln.clear();</script><% end %>
</head>
<body>
<header>personsig with Sinatra</header>
<main>
<% if @user %>
<h1>You are logged in</h1>
<dl><dt>Name</dt><dd><%= @user[:name] %></dd><dt>Id</dt><dd><%= @user[:id] %></dd></dl>
<form method="post" action="/logout"><button>Log out</button></form>
<% else %>
<h1><%= @left ? "You are logged out" : "Welcome, visitor" %></h1>
<p>Nobody is logged in, so nothing is signed.</p>
<form method="post" action="/login">Log in as:
<button name="user" value="ada">Ada</button>
<button name="user" value="obrien">O'Brien, whose name is an attack</button></form>
<% end %>
</main>
<div class="vendors">
<% @vendors.each do |vendor| %>
<section>
<h2><%= vendor[:name] %></h2>
<% if @user %>
<dl><dt>Signature, shortened</dt><dd><code><%= vendor[:signature] %></code> <b>verified</b></dd>
<dt>Made</dt><dd><%= vendor[:made] %>; <%= vendor[:timed] ? "it ends in this time" : "it carries no time" %></dd></dl>
<% end %>
<dl><dt>This page tells it</dt><dd><% if vendor[:calls].empty? %>Nothing<% else %><pre><%= vendor[:calls] %></pre><% end %></dd></dl>
</section>
<% end %>
</div>
<footer>
<% if @user %>
After you log out, the next page calls <code>_gs("unidentify")</code> and <code>chmln.clear()</code>, once. <a href="/identity">/identity</a> gives scripts the same as JSON.
<% else %>
A visitor has no id and no signature.
<% end %>
</footer>
</body>
</html>
