//! Mutual TLS out of PEM text. It trusts the one authority it is given and no other, and reads no file.

use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::config::TlsFiles;

/// Makes a connector that shows our certificate and believes the given authority.
///
/// # Errors
/// Names the text (`tls.ca`, `tls.cert`, `tls.key`) that cannot be used and says why; never its content.
pub(super) fn connector(files: &TlsFiles) -> Result<TlsConnector, String> {
    let mut roots = RootCertStore::empty();
    for cert in certificates("tls.ca", &files.ca)? {
        roots.add(cert).map_err(|error| format!("tls.ca: {error}"))?;
    }
    let chain = certificates("tls.cert", &files.cert)?;
    let key = PrivateKeyDer::from_pem_slice(files.key.expose().as_bytes())
        .map_err(|_| "tls.key: no private key in PEM form (without a passphrase)".to_owned())?;
    // Named, not the process's default: which provider that is, is not ours to rely on.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("tls: {error}"))?
        .with_root_certificates(roots)
        .with_client_auth_cert(chain, key)
        .map_err(|error| format!("tls.cert and tls.key do not fit: {error}"))?;
    Ok(TlsConnector::from(Arc::new(config)))
}

/// The name the engine's certificate must bear.
///
/// # Errors
/// The host is neither a name nor an address.
pub(super) fn server_name(host: &str) -> Result<ServerName<'static>, String> {
    ServerName::try_from(host.to_owned())
        .map_err(|_| format!("{host} is no name that a certificate can bear"))
}

fn certificates(field: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let certs: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match certs {
        Ok(certs) if !certs.is_empty() => Ok(certs),
        _ => Err(format!("{field}: no certificate in PEM form")),
    }
}
