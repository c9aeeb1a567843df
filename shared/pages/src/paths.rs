use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use codex_kernel::{Error, Result};

/// 303 to `path` of the same site, with cookies.
pub fn see_other(path: &str, cookies: impl IntoIterator<Item = HeaderValue>) -> Result<Response> {
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, HeaderValue::from_str(path).map_err(Error::internal)?);
    response.headers_mut().extend(cookies.into_iter().map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// A path with parameters; what is empty is left out.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let parameters: Vec<_> = parameters.iter().filter(|(_, value)| !value.is_empty()).collect();
    match serde_urlencoded::to_string(&parameters) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_parameters_are_left_out() {
        assert_eq!(with_query("/", &[("q", ""), ("page", "")]), "/");
        assert_eq!(with_query("/login", &[("redirect", "/a?b=c&d"), ("x", "")]), "/login?redirect=%2Fa%3Fb%3Dc%26d");
    }

    #[test]
    fn no_cookie_or_address_splits_a_header() {
        assert!(see_other("/a\r\nset-cookie: x=y", []).is_err());
    }
}
