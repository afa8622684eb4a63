"""identity/middleware.py: what a page with the tag needs of its response."""


def identity(get_response):
    def middleware(request):
        response = get_response(request)
        shown = getattr(request, "identity", None)
        if shown:
            response["Cache-Control"] = "private, no-store"
        # This cookie outlives the session. Whoever has it without a session has logged out, or the session has expired:
        # GoSquared is told so, once.
        if shown == "user":
            response.set_cookie("identified", "1", max_age=365 * 86400, httponly=True, samesite="Lax")
        elif shown == "left":
            response.delete_cookie("identified")
        return response

    return middleware
