/** What a stage has only when a parameter asks for it. `null` leaves a property out of the template. */
const DISTRIBUTION = 'https://${Distribution.DomainName}';

module.exports = async ({ resolveVariable }) => {
  const param = (name) => resolveVariable(`param:${name}`);
  const domain = await param('domainName');
  const certificate = await param('certificateArn');
  const zone = await param('hostedZoneId');
  const mail = await param('alarmMail');
  const apiConcurrency = await param('apiConcurrency');
  // A parameter of the command line is text.
  const isOn = (value) => String(value) === 'true';
  const isWhereCloudFrontCounts = (await resolveVariable('self:provider.region')) === 'us-east-1';
  const entryLogs = isOn(await param('entryLogs'));
  const socketLogs = isOn(await param('socketLogs'));
  const budget = Number(await param('monthlyBudget'));
  const restored = await param('restoredTable');
  const watchesMore = isOn(await param('moreAlarms'));
  if (entryLogs && !isWhereCloudFrontCounts)
    throw new Error('entryLogs needs a stage in us-east-1: CloudFront delivers its logs from there alone');
  if (Boolean(domain) !== Boolean(certificate))
    throw new Error('domainName and certificateArn go together: one is given and the other is not');
  if (budget > 0 && !mail) throw new Error('monthlyBudget tells alarmMail, which is not given');
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
    // A parameter of the command line is text, and the text 0 would stop the API.
    apiConcurrency: Number(apiConcurrency) || null,
    webAcl: (await param('webAcl')) || null,
    accessLogs: { Resources: { ...(entryLogs && ENTRY_LOGS), ...(socketLogs && SOCKET_LOG) } },
    socketLogs: socketLogs ? SOCKET_LOG_SETTINGS : null,
    canary: isOn(await param('canary')) ? await resolveVariable('file(./infra/canary.yml)') : {},
    alarms: watchesMore ? await resolveVariable('file(./infra/alarms.yml)') : {},
    entryAlarms:
      watchesMore && isWhereCloudFrontCounts ? await resolveVariable('file(./infra/entry-alarms.yml)') : {},
    // The plugin prints it after a deployment.
    unwatched:
      watchesMore && !isWhereCloudFrontCounts
        ? { Outputs: { NotWatched: { Description: 'What no alarm looks at', Value: UNWATCHED } } }
        : {},
    budget: budget > 0 ? { Resources: { MonthlyBudget: budgetOf(budget, mail) } } : {},
    tableName: restored || { Ref: 'GameTable' },
  };
};

const UNWATCHED =
  'entry-errors and entry-function: CloudFront has its metrics in us-east-1 alone (docs/runbook.md, entry-errors)';

/**
 * What the whole account may cost a month, which tells at four fifths of it and when it will be more. It has no name: with one it could
 * not be replaced, as it is by a change of whom it tells.
 */
function budgetOf(dollars, mail) {
  const notice = (NotificationType, Threshold) => ({
    Notification: {
      NotificationType,
      ComparisonOperator: 'GREATER_THAN',
      Threshold,
      ThresholdType: 'PERCENTAGE',
    },
    Subscribers: [{ SubscriptionType: 'EMAIL', Address: mail }],
  });
  return {
    Type: 'AWS::Budgets::Budget',
    Properties: {
      Budget: { BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: dollars, Unit: 'USD' } },
      NotificationsWithSubscribers: [notice('ACTUAL', 80), notice('FORECASTED', 100)],
    },
  };
}

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

const LOG_NAME = '${self:service}-${sls:stage}';
const logGroup = (LogGroupName) => ({
  Type: 'AWS::Logs::LogGroup',
  Properties: { LogGroupName, RetentionInDays: '${param:logRetentionDays}' },
});

/** Sessions travel in queries, cookies and headers: none of these is in a log (tests/e2e/package.test.ts). */
const ENTRY_LOGS = {
  EntryLog: logGroup(`/aws/vendedlogs/${LOG_NAME}-entry`),
  EntryLogSource: {
    Type: 'AWS::Logs::DeliverySource',
    Properties: {
      Name: `${LOG_NAME}-entry`,
      LogType: 'ACCESS_LOGS',
      ResourceArn: {
        'Fn::Sub': 'arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}',
      },
    },
  },
  EntryLogDestination: {
    Type: 'AWS::Logs::DeliveryDestination',
    Properties: {
      Name: `${LOG_NAME}-entry`,
      OutputFormat: 'json',
      DestinationResourceArn: { 'Fn::GetAtt': ['EntryLog', 'Arn'] },
    },
  },
  EntryLogDelivery: {
    Type: 'AWS::Logs::Delivery',
    Properties: {
      DeliverySourceName: { Ref: 'EntryLogSource' },
      DeliveryDestinationArn: { 'Fn::GetAtt': ['EntryLogDestination', 'Arn'] },
      RecordFields: [
        'date',
        'time',
        'x-edge-location',
        'x-edge-request-id',
        'c-ip',
        'cs-method',
        'cs-uri-stem',
        'sc-status',
        'sc-bytes',
        'time-taken',
        'x-edge-result-type',
        'x-edge-detailed-result-type',
      ],
    },
  },
};
const SOCKET_LOG = { SocketLog: logGroup(`/aws/apigateway/${LOG_NAME}-sockets`) };
const SOCKET_LOG_SETTINGS = {
  DestinationArn: { 'Fn::GetAtt': ['SocketLog', 'Arn'] },
  Format:
    '{"id":"$context.requestId","at":"$context.requestTimeEpoch","connection":"$context.connectionId","event":"$context.eventType","status":"$context.status","error":"$context.integrationErrorMessage"}',
};
