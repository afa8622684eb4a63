# A Rails application with Turbo. The recipe's parts stand where a real application has a file each: the comments name it.
# WITHOUT leaves one of the recipe's precautions out, so that a test can show what it is for.

require "action_controller/railtie"
require "action_view/testing/resolvers"
require "personsig"
require "rack/handler/puma"
require "securerandom"

WITHOUT = ENV.fetch("WITHOUT", "")

class Application < Rails::Application
  config.load_defaults 6.1
  config.root = __dir__
  config.cache_classes = true
  config.eager_load = false
  config.consider_all_requests_local = false
  config.logger = Logger.new($stderr, level: Logger::WARN)
  config.secret_key_base = SecureRandom.hex(64)
  config.hosts.clear
end

# config/initializers/content_security_policy.rb
Rails.application.config.content_security_policy do |policy|
  # Turbo puts the next page's scripts into this document, whose nonce is another. What Turbo inserts runs with 'strict-dynamic' alone.
  policy.script_src(*(WITHOUT == "strict-dynamic" ? %i[self https] : [:strict_dynamic]))
end
Rails.application.config.content_security_policy_nonce_generator = ->(_request) { SecureRandom.base64(16) }
Rails.application.config.content_security_policy_nonce_directives = %w[script-src]

Application.initialize!

# config/initializers/gosquared.rb
GOSQUARED = begin
  Personsig::Signer.from_env("gosquared")
rescue Personsig::InputError => error
  raise unless error.code == "missing-secret"

  Rails.logger.warn "GoSquared is off: #{error.message}"
  nil
end

# app/controllers/concerns/identified.rb
module Identified
  extend ActiveSupport::Concern

  included do
    before_action do
      response.headers["Cache-Control"] = "private, no-store"
      # This cookie outlives the session. Whoever has it without a session has logged out, or the session has expired:
      # GoSquared is told so, once.
      @left = current_user.nil? && cookies.key?(:identified)
      if current_user
        cookies[:identified] = { value: "1", expires: 1.year, httponly: true, same_site: :lax }
      elsif @left
        cookies.delete(:identified)
      end
    end
  end
end

User = Struct.new(:id, :name)
USER = User.new('"><img src=x onerror=alert(1)>', "O'Brien</script><script>alert(1)</script>")

class ApplicationController < ActionController::Base
  helper_method def current_user = session[:user] && USER
  include Identified
end

# app/views/layouts/application.html.erb
LAYOUT = <<~ERB
  <!DOCTYPE html>
  <html>
  <head>
    <title>Rails with Turbo</title>
    <%= csrf_meta_tags %>
    <%= csp_meta_tag %>
    <meta name="turbo-prefetch" content="false">
    <% if current_user %><meta name="turbo-cache-control" content="no-cache"><% end %>
    <%= javascript_include_tag "/turbo.js", nonce: true %>
    <%= GOSQUARED&.snippet(nil, site_token: "GSN-000000-A", nonce: content_security_policy_nonce) %>
  </head>
  <body>
    <%= yield %>
    <% if GOSQUARED && current_user %>
      <%= GOSQUARED.snippet(current_user.id, traits: { name: current_user.name }, nonce: content_security_policy_nonce) %>
    <% elsif GOSQUARED && @left %>
      <%= javascript_tag '_gs("unidentify")', nonce: true %>
    <% end %>
  </body>
  </html>
ERB

# app/views/...
VIEW = <<~ERB
  <p><%= current_user&.name || "nobody" %></p>
  <% if current_user %>
    <%= button_to "Log out", "/logout", form: { data: { turbo: false } } %>
  <% else %>
    <%= button_to "Log in", "/login", form: { data: { turbo: false } } %>
  <% end %>
  <a href="/">home</a> <a href="/other">other</a>
ERB

VIEWS = { "layouts/application.html.erb" => WITHOUT == "no-cache" ? LAYOUT.sub(/^.*turbo-cache-control.*\n/, "") : LAYOUT,
          "pages/show.html.erb" => VIEW }.freeze

class PagesController < ApplicationController
  prepend_view_path ActionView::FixtureResolver.new(VIEWS)
  skip_after_action :verify_same_origin_request, only: :turbo # a script, as a real application serves it from its assets

  def show; end

  def login
    reset_session
    session[:user] = true
    redirect_to "/", status: :see_other
  end

  def logout
    reset_session
    redirect_to "/", status: :see_other
  end

  def turbo
    send_file ENV.fetch("TURBO"), type: "text/javascript", disposition: "inline"
  end
end

Rails.application.routes.draw do
  get "turbo.js" => "pages#turbo"
  post "login" => "pages#login"
  post "logout" => "pages#logout"
  root "pages#show"
  get "other" => "pages#show"
end

Rack::Handler::Puma.run(Rails.application, Host: "127.0.0.1", Port: ENV.fetch("PORT").to_i, Silent: true)
