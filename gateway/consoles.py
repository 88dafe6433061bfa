"""The cookie by which a browser's session of the console goes on. It opens nothing but that, and the way out."""

from gateway.http.cookies import SecretCookie

COOKIE = SecretCookie("qiandao_console", "/v1/auth/console")
