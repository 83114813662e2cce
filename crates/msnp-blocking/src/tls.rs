use std::sync::Arc;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

/// Who may sign the certificates of HTTPS servers.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// The authorities that the operating system trusts, read when the first one is needed.
    #[default]
    System,
    /// These alone, each certificate in DER.
    Given(Vec<Vec<u8>>),
}

/// The text holds no certificate in PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no certificate in PEM")]
pub struct NoCertificate;

impl Roots {
    /// The certificates of a PEM file, and no others.
    ///
    /// # Errors
    /// [`NoCertificate`] when there is none, or one of them is damaged.
    pub fn pem(text: &[u8]) -> Result<Self, NoCertificate> {
        let mut roots = Vec::new();
        for certificate in CertificateDer::pem_slice_iter(text) {
            roots.push(certificate.map_err(|_| NoCertificate)?.to_vec());
        }
        if roots.is_empty() { Err(NoCertificate) } else { Ok(Self::Given(roots)) }
    }
}

/// The settings of every HTTPS request.
pub(crate) fn config(roots: &Roots) -> TlsConfig {
    let certificates: Vec<Certificate<'static>> = match roots {
        Roots::System => rustls_native_certs::load_native_certs()
            .certs
            .iter()
            .map(|der| Certificate::from_der(der).to_owned())
            .collect(),
        Roots::Given(given) => {
            given.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
        }
    };
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(certificates)))
        .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
        .build()
}
