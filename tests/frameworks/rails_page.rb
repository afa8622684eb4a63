# A page in Rails: Action View renders the snippet, the nonce is Action Pack's.

require "action_controller"
require "json"
require "personsig"
require "securerandom"

User = Struct.new(:id, :name)
GOSQUARED = Personsig::Signer.from_env("gosquared")

PAGE = <<~ERB
  <p><%= current_user&.name %></p>
  <%= GOSQUARED.snippet(current_user&.id, traits: { name: current_user&.name },
                        site_token: "GSN-000000-A", nonce: content_security_policy_nonce) %>
  <p>after</p>
ERB
SNIPPET = /GOSQUARED.*(?= %>)/m
TEMPLATES = { "page" => PAGE, "marked" => PAGE.sub(SNIPPET, 'raw(\0)'), "interpolated" => PAGE.sub(SNIPPET, '"#{\0}"') }.freeze

class PagesController < ActionController::Base
  content_security_policy { |policy| policy.script_src :strict_dynamic }
  helper_method def current_user = params.key?(:visitor) ? nil : User.new(*ARGV)

  def show
    render inline: TEMPLATES.fetch(request.path.delete_prefix("/"))
  end
end

# A whole application puts its `config.content_security_policy_nonce_generator` there.
GENERATOR = { ActionDispatch::ContentSecurityPolicy::Request::NONCE_GENERATOR => ->(_request) { SecureRandom.base64(16) } }.freeze
APP = Rack::MockRequest.new(ActionDispatch::ContentSecurityPolicy::Middleware.new(PagesController.action(:show)))

pages = [*TEMPLATES.keys, "page?visitor"].to_h do |path|
  response = APP.get("/#{path}", GENERATOR)
  [path, { policy: response["Content-Security-Policy"], html: response.body }]
end
puts JSON.generate(pages)
