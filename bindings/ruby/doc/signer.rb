# frozen_string_literal: true

# What `ri Personsig::Signer` says. The class itself is compiled, and its methods take any arguments, as Ruby sees it:
# a test holds names, parameters and comments equal to sig/personsig.rbs. This file is never loaded.
module Personsig
  # Signs ids for one provider with one secret. Never share a secret between providers.
  #
  # It is frozen, can be used from any thread and Ractor, and can be neither copied nor serialized. Make one when the
  # program starts.
  class Signer
    # The provider's name and the secret that you share with it, whose bytes are used as they are. Fallback secrets are
    # older ones that verify and never sign. Raises InputError; a secret that was copied wrongly is <tt>padded-secret</tt>,
    # <tt>placeholder-secret</tt> or <tt>malformed-secret</tt>.
    def self.new(provider, secret, fallback_secrets: []); end

    # Reads the secret from ENV: from <tt>variable</tt>, or the provider's own, and one fallback from the same name +
    # <tt>_PREVIOUS</tt>. Raises InputError; its message names the variable.
    def self.from_env(provider, variable: nil); end

    # The provider's name.
    def provider; end

    # The user's signature, as the page sends it beside the id. <tt>now</tt> is Unix time in whole seconds, nil the system's
    # clock. Raises InputError for what cannot be signed: <tt>empty-user-id</tt>, <tt>placeholder-user-id</tt>, <tt>invalid-text</tt>,
    # <tt>control-character</tt>.
    #
    # Sign only the id of the user whom your session authenticated: never an id from a query, a body or a cookie, never
    # text that users choose or have not confirmed. Chameleon: one page with a real signature, staging included, may
    # switch enforcement on for good.
    def sign(user_id, now: nil); end

    # The signatures of many users, all at one time: in their order, one each. Raises InputError, with the <tt>index</tt> of
    # the first id that cannot be signed, and then returns none. Large batches let other threads run and can be
    # interrupted.
    def sign_many(user_ids, now: nil); end

    # The script element that tells the vendor's script who the user is, nil a visitor who is not logged in; an empty
    # String where nothing is left to say. <tt>html_safe</tt> where ActiveSupport is loaded; elsewhere write it into the page
    # unescaped.
    #
    # <tt>site_token</tt> is GoSquared's project token: given, the snippet loads the vendor's script too. <tt>nonce</tt> is that of
    # this response's Content-Security-Policy. The signature does not cover the traits. Raises InputError, also for
    # anything that equals one of the Signer's secrets.
    #
    # Output one snippet per vendor per response, with <tt>Cache-Control: private, no-store</tt>; never inside an attribute, an
    # event handler or another script. Pass only the user whom your session authenticated. Chameleon: its own loader,
    # from its install page, stands before the snippet; and one page with a real signature, staging included, may switch
    # enforcement on for good.
    def snippet(user_id, traits: {}, site_token: nil, nonce: nil, now: nil); end

    # What the snippet would say, as data for an endpoint: <tt>{id:, auth:}</tt> for GoSquared, <tt>{uid:, uid_hash:}</tt> for
    # Chameleon. Raises as <tt>sign</tt> does, and for an id that equals one of the Signer's secrets.
    #
    # The endpoint answers for the user whom your session authenticated and for nobody else, whatever the request
    # says: same origin, a session required, <tt>Cache-Control: private, no-store</tt>.
    def identity(user_id, now: nil); end

    # Checks that a signature is this user's and, where it has a timestamp, neither too old nor from the future.
    #
    # <tt>max_age</tt> (86400 where it is not given: a day) and <tt>clock_skew</tt> (300) are seconds, for timestamped signatures
    # only. Raises VerificationError where the signature is refused, InputError where an argument cannot be used.
    def verify(user_id, signature, max_age: nil, clock_skew: nil, now: nil); end

    # Whether <tt>verify</tt> accepts the signature; false too where the id is one that cannot be signed. Raises InputError
    # only for <tt>max_age</tt>, <tt>clock_skew</tt> and <tt>now</tt>.
    def valid?(user_id, signature, max_age: nil, clock_skew: nil, now: nil); end

    # Says which known mistake made a signature that is refused. For logs and terminals, never for visitors.
    #
    # <tt>also</tt> are other identifiers that may have been signed instead, at most 16: the user's e-mail, another user's id.
    # Raises InputError as <tt>sign</tt> does; what is wrong with the signature is a finding.
    def explain(user_id, signature, also: [], now: nil); end

    # <tt>Signer(provider='gosquared')</tt>
    def inspect; end

    def to_s; end
  end
end
