/** What a stage has only when a parameter asks for it. `null` leaves a property out of the template. */
const DISTRIBUTION = 'https://${Distribution.DomainName}';

module.exports = async ({ resolveVariable }) => {
  const param = (name) => resolveVariable(`param:${name}`);
  const domain = await param('domainName');
  const certificate = await param('certificateArn');
  const zone = await param('hostedZoneId');
  const mail = await param('alarmMail');
  const apiConcurrency = await param('apiConcurrency');
  if (Boolean(domain) !== Boolean(certificate))
    throw new Error('domainName and certificateArn go together: one is given and the other is not');
  const own = { 'Fn::Sub': DISTRIBUTION };
  return {
    aliases: domain ? [domain] : null,
    viewerCertificate: domain
      ? {
          AcmCertificateArn: certificate,
          SslSupportMethod: 'sni-only',
          MinimumProtocolVersion: 'TLSv1.2_2021',
        }
      : { CloudFrontDefaultCertificate: true },
    // Where pages may come from: the entry itself.
    origins: domain ? { 'Fn::Sub': `${DISTRIBUTION},https://${domain}` } : own,
    address: domain ? `https://${domain}` : own,
    records: domain && zone ? { Resources: recordsOf(domain, zone) } : {},
    subscriptions: mail ? [{ Protocol: 'email', Endpoint: mail }] : null,
    apiConcurrency: apiConcurrency || null,
    canary: String(await param('canary')) === 'true' ? await resolveVariable('file(./infra/canary.yml)') : {},
  };
};

/** Aliases of the domain to the distribution; CloudFront's own zone is the same everywhere. */
function recordsOf(domain, zone) {
  const record = (Type) => ({
    Type: 'AWS::Route53::RecordSet',
    Properties: {
      Name: domain,
      Type,
      HostedZoneId: zone,
      AliasTarget: {
        DNSName: { 'Fn::GetAtt': ['Distribution', 'DomainName'] },
        HostedZoneId: 'Z2FDTNDATAQYW2',
      },
    },
  });
  return { AddressRecord: record('A'), AddressRecordV6: record('AAAA') };
}
