# A page in Sinatra: ERB renders the snippet, with escaping and without. Sinatra has no nonce of its own.

require "erubi" # Without it Sinatra takes Ruby's ERB, which ignores `escape_html`.
require "json"
require "personsig"
require "securerandom"
require "sinatra/base"

User = Struct.new(:id, :name)
GOSQUARED = begin
  Personsig::Signer.from_env("gosquared")
rescue Personsig::InputError => error
  raise unless error.code == "missing-secret"

  warn "GoSquared is off: #{error.message}"
  nil
end

PAGE = <<~ERB
  <p><%= @user&.name %></p>
  <%== GOSQUARED&.snippet(@user&.id, traits: { name: @user&.name }, site_token: "GSN-000000-A", nonce: @nonce) %>
  <p>after</p>
ERB

class Page < Sinatra::Base
  set raise_errors: true, show_exceptions: false

  before do
    @user = User.new(*ARGV) unless params.key?("visitor")
    @nonce = SecureRandom.base64(16)
    headers "Content-Security-Policy" => "script-src 'nonce-#{@nonce}' 'strict-dynamic'"
  end

  get("/:template") { erb params["template"].to_sym }
end

class Escaping < Page
  set :erb, escape_html: true
  template(:page) { PAGE }
  template(:escaped) { PAGE.sub("<%==", "<%=") }
end

class Plain < Page
  template(:unescaped) { PAGE.sub("<%==", "<%=").sub("@user&.name", "Rack::Utils.escape_html(@user&.name)") }
end

requests = [[Escaping, "page"], [Escaping, "page?visitor"], [Escaping, "escaped"], [Plain, "unescaped"]]
pages = requests.to_h do |app, path|
  response = Rack::MockRequest.new(app).get("http://localhost/#{path}")
  [path, { policy: response["Content-Security-Policy"], html: response.body }]
end
puts JSON.generate(pages)
