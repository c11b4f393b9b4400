/** Everything the page knows of the server: the contract, through one door. */
export * from '../../../api/contract/index';
